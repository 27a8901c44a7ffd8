module example.com/a
require (
require (
)
)
