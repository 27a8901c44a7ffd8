module example.com/a
require example.com/b'c v1.0.0
