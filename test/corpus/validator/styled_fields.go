package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// OpenAPI 3.1 gives the styles of query parameters to the fields of forms and multipart bodies, too
// (section 4.8.15), and Stripe used them so in 3.0. The library knows most of them only in queries, so the
// parts are read by Go's own library, and then decoded as if they stood in a query. The same holds for
// cookies, whose values the library does not decode.

// hasStyles says whether fields of a multipart body have styles.
func hasStyles(media *openapi3.MediaType) bool {
	for _, encoding := range media.Encoding {
		if encoding.Style != "" || encoding.Explode != nil {
			return true
		}
	}
	return false
}

// isStyledForm says whether a form has fields in styles that the library does not read in forms.
func isStyledForm(media *openapi3.MediaType) bool {
	for name, encoding := range media.Encoding {
		switch encoding.Style {
		case openapi3.SerializationSpaceDelimited, openapi3.SerializationPipeDelimited:
			return true
		case openapi3.SerializationForm:
			property := media.Schema.Value.Properties[name]
			if encoding.Explode != nil && *encoding.Explode && property != nil && property.Value.Type.Is("object") {
				return true
			}
		}
	}
	return false
}

// checkStyledFields validates the fields of a form or a multipart body one by one.
func checkStyledFields(media *openapi3.MediaType, input *openapi3filter.RequestValidationInput, call Call) []string {
	given, isObject := call.Body.(map[string]any)
	if !isObject || media.Schema == nil {
		return []string{"the body has no fields"}
	}
	values, err := partsOf(input.Request.Header.Get("Content-Type"), call.Request.Body)
	if err != nil {
		return []string{"the body: " + short(err)}
	}
	schema := media.Schema.Value
	var problems []string
	for _, name := range schema.Required {
		if _, ok := given[name]; !ok {
			problems = append(problems, "the field "+name+" of the body is not sent")
		}
	}
	for name, value := range given {
		property := schema.Properties[name]
		if property == nil {
			problems = append(problems, "the document has no field "+name)
			continue
		}
		field := &openapi3.Parameter{In: openapi3.ParameterInQuery, Name: name, Style: openapi3.SerializationForm, Schema: property}
		if encoding := media.Encoding[name]; encoding != nil {
			field.Style, field.Explode = encoding.Style, encoding.Explode
		}
		problems = append(problems, checkInQuery(field, values, value, input)...)
	}
	sort.Strings(problems)
	return append(problems, missingFields(media, call)...)
}

// checkInQuery validates a value as a query parameter.
func checkInQuery(parameter *openapi3.Parameter, values url.Values, given any, input *openapi3filter.RequestValidationInput) []string {
	inQuery := *input
	inQuery.QueryParams = values
	asQuery := *parameter
	asQuery.In = openapi3.ParameterInQuery
	return checkGiven(&asQuery, &inQuery, given, parameter.In+" parameter "+parameter.Name)
}

// partsOf are the fields of a form or a multipart body.
func partsOf(contentType string, body []byte) (url.Values, error) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, err
	}
	if mediaType == "application/x-www-form-urlencoded" {
		return url.ParseQuery(string(body))
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	values := url.Values{}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		if part.FormName() == "" {
			return nil, fmt.Errorf("a part has no name")
		}
		values.Add(part.FormName(), string(text))
	}
}

// cookiesOf are the cookies of a request.
func cookiesOf(request *http.Request) url.Values {
	values := url.Values{}
	for _, cookie := range request.Cookies() {
		if text, err := url.PathUnescape(cookie.Value); err == nil {
			values.Add(cookie.Name, text)
		}
	}
	return values
}
