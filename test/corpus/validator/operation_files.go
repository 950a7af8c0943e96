package main

import (
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Some documents have an operation in a file of its own. OpenAPI allows that only for whole paths, so the
// library leaves such operations empty. They are read here as documents with one operation.

type operationFile struct {
	path   string
	method string
	file   string
}

var (
	pathLine      = regexp.MustCompile(`^  '?(/[^'\s]*?)'?:\s*$`)
	methodLine    = regexp.MustCompile(`^    (get|put|post|delete|patch|head):\s*$`)
	referenceLine = regexp.MustCompile(`^      \$ref:\s*['"]?([^'"\s]+)['"]?\s*$`)
)

// operationFilesIn finds the operations of a YAML text that are in files of their own.
func operationFilesIn(text []byte) []operationFile {
	var found []operationFile
	path, method := "", ""
	for _, line := range strings.Split(string(text), "\n") {
		if match := pathLine.FindStringSubmatch(line); match != nil {
			path, method = match[1], ""
		} else if match := methodLine.FindStringSubmatch(line); match != nil {
			method = match[1]
		} else if match := referenceLine.FindStringSubmatch(line); match != nil && method != "" {
			found = append(found, operationFile{path, method, match[1]})
		} else if line != "" {
			method = ""
		}
	}
	return found
}

// addOperation reads the file of an operation, and puts it into its document.
func addOperation(document *openapi3.T, loader *openapi3.Loader, folder string, from operationFile) error {
	file := filepath.Join(folder, from.file)
	text, err := readFile(file)
	if err != nil {
		return err
	}
	indented := "          " + strings.ReplaceAll(string(text), "\n", "\n          ")
	alone := "openapi: " + document.OpenAPI + "\ninfo: {title: '', version: ''}\npaths:\n  /:\n    " + from.method + ":\n" + indented
	// A file of its own beside that of the operation, so that references lead to the same files.
	place := &url.URL{Path: filepath.ToSlash(file) + ".document"}
	read, err := loader.LoadFromDataWithPath([]byte(alone), place)
	if err != nil {
		return err
	}
	item := document.Paths.Value(from.path)
	if item == nil {
		item = &openapi3.PathItem{}
		document.Paths.Set(from.path, item)
	}
	method := strings.ToUpper(from.method)
	item.SetOperation(method, read.Paths.Value("/").GetOperation(method))
	return nil
}
