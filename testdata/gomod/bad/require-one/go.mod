module example.com/a
require example.com/b
