module example.com/a
replace example.com/b => ./c v1.0.0
