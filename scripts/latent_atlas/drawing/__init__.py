"""Pictures drawn by code, so that the demo needs no data: large, then reduced, which smooths every edge."""
