"""What the process that reads one file may use."""

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
WALL_SECONDS = 30
