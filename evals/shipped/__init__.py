"""The records of the fictional Meridian Group: hand-written plans, and the seeded script that turns them into files."""
