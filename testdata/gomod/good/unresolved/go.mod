module example.com/untidy

go 1.22

require example.com/a master
require example.com/b v1.2
require example.com/c v2.0.0-01 // not a version: a leading zero
