"""The plan editor's form: its state, what it says, and the plan it stands for."""
