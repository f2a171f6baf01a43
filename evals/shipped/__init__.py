"""The records of the fictional Meridian Group: plans written by hand, and the script that fills them in."""
