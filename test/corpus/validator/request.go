package main

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// httpRequest is a request as a server of Go sees it.
func httpRequest(recorded Request) (*http.Request, error) {
	request, err := http.NewRequest(recorded.Method, "http://127.0.0.1"+recorded.URL, bytes.NewReader(recorded.Body))
	if err != nil {
		return nil, err
	}
	for index := 0; index+1 < len(recorded.Headers); index += 2 {
		request.Header.Add(recorded.Headers[index], recorded.Headers[index+1])
	}
	return request, nil
}

var variable = regexp.MustCompile(`\{([^{}]*)\}`)

// pathParameters finds the values of the variables of a path template. The template is given because
// many documents have several templates that one path matches. A fragment is no part of a request.
func pathParameters(template string, requested *url.URL) (map[string]string, bool) {
	template, _, _ = strings.Cut(template, "#")
	template, query, _ := strings.Cut(template, "?")
	wanted, given := strings.Split(template, "/"), strings.Split(requested.EscapedPath(), "/")
	if len(wanted) != len(given) || !strings.HasPrefix(requested.RawQuery, query) {
		return nil, false
	}
	values := map[string]string{}
	for index, segment := range wanted {
		text, err := url.PathUnescape(given[index])
		if err != nil {
			return nil, false
		}
		names := variable.FindAllStringSubmatch(segment, -1)
		expression := "(?s)^" + strings.Join(literals(segment), "(.*)") + "$"
		found := regexp.MustCompile(expression).FindStringSubmatch(text)
		if found == nil {
			return nil, false
		}
		for index, name := range names {
			values[name[1]] = found[index+1]
		}
	}
	return values, true
}

// literals are the parts of a segment between its variables, as regular expressions.
func literals(segment string) []string {
	parts := variable.Split(segment, -1)
	for index, part := range parts {
		parts[index] = regexp.QuoteMeta(part)
	}
	return parts
}
