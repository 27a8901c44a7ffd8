module   `example.com/raw`// comment without space

go 1.21
require ( // of a block
	"example.com/quoted"	v1.0.0// indirect

	// a line of its own
	example.com/same v1.0.0 // indirect
)
require ()
require example.com/same v1.0.0
replace example.com/quoted => "./a folder/with \"quotes\" and \\"