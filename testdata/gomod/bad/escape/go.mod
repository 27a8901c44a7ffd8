module example.com/a
require "example.com/b\x41" v1.0.0
