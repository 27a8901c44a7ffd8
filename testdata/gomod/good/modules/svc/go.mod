// Deprecated: use example.com/svc/v3.
module example.com/svc/v2

go 1.24.0

toolchain go1.24.3

godebug default=go1.21

require (
	Example.com/Upper/Case v1.0.0 // kept as it is
	go.opencensus.io v0.24.0
	gopkg.in/yaml.v3 v3.0.1
	gopkg.in/check.v1 v0.0.0-20161208181325-20d25e280405 // indirect; for tests
)

require (
	github.com/old/tag v4.1.0+incompatible // indirect
	golang.org/x/tools v0.30.0-rc.1 // indirect
)

require github.com/dropped/one v1.2.0 // indirect

exclude github.com/dropped/one v1.2.0

retract (
	v2.0.0 // broken
	[v2.1.0, v2.1.4]
)

tool golang.org/x/tools/cmd/stringer
tool example.com/svc/v2/cmd/own

ignore ./node_modules
