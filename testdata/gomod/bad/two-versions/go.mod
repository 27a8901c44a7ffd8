module example.com/a
require example.com/b v1.0.0
require (
	example.com/b v1.1.0
)
