module example.com/a
require example.com/b v2.0.0
