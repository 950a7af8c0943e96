// Reads a dashboard as Grafana's own library does. It prints every field that Grafana does not know,
// and every field that it requires and does not find.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	// Without it, the library does not check the options of panels.
	plugins.RegisterDefaultPlugins()
	read := dashboard.Dashboard{}
	if err := read.UnmarshalJSONStrict(text); isProblem(err) {
		fail(err)
	}
	if err := read.Validate(); isProblem(err) {
		fail(err)
	}
	fmt.Printf("%d panels\n", len(read.Panels))
}

// The library returns an empty list if there is no problem.
func isProblem(err error) bool {
	var problems cog.BuildErrors
	if errors.As(err, &problems) {
		return len(problems) > 0
	}
	return err != nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
