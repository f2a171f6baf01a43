from copilot.commands.cli import main

main()
