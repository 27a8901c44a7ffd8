module example.com/app

go 1.17

require (
	example.com/everywhere v1.0.0
	example.com/exact v1.1.0
	example.com/fork v1.2.0
	example.com/kept v1.3.0
	example.com/local v0.0.0
	example.com/outside v0.0.0
)

replace (
	example.com/everywhere => example.com/everywhere v1.0.9
	example.com/fork => github.com/me/fork/v2 v2.0.0
	example.com/fork v1.1.0 => example.com/unused v1.0.0
	example.com/exact => example.com/general v1.0.0
	example.com/exact v1.1.0 => example.com/special v1.0.0
	example.com/kept v1.2.0 => ./unused
	example.com/not-required => ./unused
)

replace example.com/local => ./lib/local

replace example.com/outside v0.0.0 => ../outside
