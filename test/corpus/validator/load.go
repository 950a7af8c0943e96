package main

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// load reads a document. One of OpenAPI 2.0 is converted by the library, to 3.0.
func load(path string) (*openapi3.T, error) {
	place := &url.URL{Path: filepath.ToSlash(path)}
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, place *url.URL) ([]byte, error) {
		return readFile(place.Path)
	}
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if json.Unmarshal(text, &tree) != nil {
		return loadYAML(loader, text, place)
	}
	mendNode(tree)
	if text, err = json.Marshal(tree); err != nil {
		return nil, err
	}
	if tree["swagger"] == nil {
		return loader.LoadFromDataWithPath(text, place)
	}
	var old openapi2.T
	if err := json.Unmarshal(text, &old); err != nil {
		return nil, err
	}
	return openapi2conv.ToV3WithLoader(&old, loader, place)
}

func loadYAML(loader *openapi3.Loader, text []byte, place *url.URL) (*openapi3.T, error) {
	document, err := loader.LoadFromDataWithPath(text, place)
	if err != nil {
		return nil, err
	}
	for _, each := range operationFilesIn(text) {
		if err := addOperation(document, loader, filepath.Dir(place.Path), each); err != nil {
			return nil, err
		}
	}
	return document, nil
}

// readFile reads a file of a document. Some documents refer to files where OpenAPI does not allow that.
// Tools that bundle documents include them, and so does this function.
func readFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil || strings.HasSuffix(path, ".json") {
		return text, err
	}
	text = includedText.ReplaceAll(text, []byte("$1 ''"))
	return includedFields.ReplaceAllFunc(text, func(found []byte) []byte {
		match := includedFields.FindSubmatch(found)
		other, failure := os.ReadFile(filepath.Join(filepath.Dir(path), string(match[2])))
		if failure != nil {
			err = failure
		}
		indent := "\n  " + string(match[1])
		return []byte(string(match[1]) + "properties:" + indent + strings.Join(blockOf(string(other), string(match[3])), indent))
	}), err
}

var (
	includedText   = regexp.MustCompile(`(?m)^(\s*description:)\s*\n\s+\$ref:.*description\.yml.*$`)
	includedFields = regexp.MustCompile(`(?m)^( *)properties:\s*\n\s+\$ref:\s*'([^'#]+)#/(\w+)'`)
)

// blockOf are the lines below a name at the top of a YAML text.
func blockOf(text, name string) []string {
	var lines []string
	isIn := false
	for _, line := range strings.Split(text, "\n") {
		if line != "" && line[0] != ' ' {
			isIn = strings.HasPrefix(line, name+":")
		} else if isIn {
			lines = append(lines, strings.TrimPrefix(line, "  "))
		}
	}
	return lines
}

// mendNode drops examples, which have wrong types, and turns the lists of `items`, which OpenAPI does
// not have, into one schema. At these mistakes the library refuses the whole document.
func mendNode(node any) {
	switch node := node.(type) {
	case []any:
		for _, each := range node {
			mendNode(each)
		}
	case map[string]any:
		for name, each := range node {
			list, isList := each.([]any)
			switch {
			case name == "examples":
				delete(node, name)
			case name == "items" && isList && len(list) == 0:
				node[name] = map[string]any{}
			case name == "items" && isList:
				node[name] = map[string]any{"anyOf": list}
			}
			mendNode(each)
		}
	}
}
