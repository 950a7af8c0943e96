// Validator checks HTTP requests against an OpenAPI document with kin-openapi, a library that has no
// part in making them: each parameter in its style, the body in its media type, and that the decoded
// values are the ones that a caller gave.
//
// Usage: validator DOCUMENT < calls > verdicts. Both are one JSON text per line, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// Call is a call of an operation, and the request that arrived.
type Call struct {
	Method     string
	Path       string
	Fill       string
	Parameters []Given
	// Lacks has the optional parameters that the example leaves out, as in "query id".
	Lacks   []string
	Body    any
	Request Request
}

// Given is a value that the caller gave for a parameter.
type Given struct {
	In    string
	Name  string
	Value any
}

// Request is a request as it arrived.
type Request struct {
	Method  string
	URL     string
	Headers []string
	Body    []byte
}

// Verdict says what is wrong with a request.
type Verdict struct {
	Problems []string `json:"problems"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	document, err := load(path)
	if err != nil {
		return err
	}
	// The library reads no XML. Such bodies are compared with what the caller gave.
	for _, mediaType := range []string{"application/xml", "text/xml", "text/html", "*/*"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	verdicts := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var call Call
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			return err
		}
		problems := checkCall(document, call)
		if problems == nil {
			problems = []string{}
		}
		if err := verdicts.Encode(Verdict{problems}); err != nil {
			return err
		}
	}
	return lines.Err()
}
