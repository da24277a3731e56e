from bernie.cli import main

main()
