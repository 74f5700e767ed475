"""The place a marketplace serves: its towns, postcodes and wards, and finding a point in them."""
