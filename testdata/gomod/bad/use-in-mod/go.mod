module example.com/a
use ./b
