module example.com/a
