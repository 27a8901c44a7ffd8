module example.com/top
