module example.com/a
retract [v1.0.0
