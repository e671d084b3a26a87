"""What a run of a plan prints and leaves behind: one file for each CI system and each form."""
