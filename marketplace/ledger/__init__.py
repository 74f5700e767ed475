"""The append-only record of every £, hour and item, from promise to proof."""
