"""A fictional County Durham to try the product on."""
