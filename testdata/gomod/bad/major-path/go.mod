module example.com/a
require example.com/b/v3 v2.0.0
