package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// checkCall says what is wrong with the request of a call.
func checkCall(document *openapi3.T, call Call) (problems []string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			problems = append(problems, fmt.Sprintf("the validator fails: %v", panicked))
		}
	}()
	item := document.Paths.Value(call.Path)
	if item == nil || item.GetOperation(strings.ToUpper(call.Method)) == nil {
		return []string{"the document has no such operation"}
	}
	request, err := httpRequest(call.Request)
	if err != nil {
		return []string{err.Error()}
	}
	if !strings.EqualFold(request.Method, call.Method) {
		return []string{"the request has the method " + request.Method}
	}
	values, ok := pathParameters(call.Path, request.URL)
	if !ok {
		return []string{"the path of the request is not that of the operation"}
	}
	operation := item.GetOperation(request.Method)
	input := &openapi3filter.RequestValidationInput{
		Request:    request,
		PathParams: values,
		Route:      &routers.Route{Spec: document, Path: call.Path, PathItem: item, Method: request.Method, Operation: operation},
		Options: &openapi3filter.Options{
			SkipSettingDefaults: true,
			KeepValidatedValue:  true,
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
		},
	}
	for _, parameter := range parametersOf(item, operation) {
		problems = append(problems, checkParameter(document, parameter, input, call)...)
	}
	return append(problems, checkBody(operation, input, call)...)
}

// parametersOf are the parameters of an operation and of its path.
func parametersOf(item *openapi3.PathItem, operation *openapi3.Operation) []*openapi3.Parameter {
	var all []*openapi3.Parameter
	for _, reference := range operation.Parameters {
		all = append(all, reference.Value)
	}
	for _, reference := range item.Parameters {
		if operation.Parameters.GetByInAndName(reference.Value.In, reference.Value.Name) == nil {
			all = append(all, reference.Value)
		}
	}
	return all
}

// checkParameter validates a parameter, and compares it with what the caller gave.
func checkParameter(document *openapi3.T, parameter *openapi3.Parameter, input *openapi3filter.RequestValidationInput, call Call) []string {
	what := parameter.In + " parameter " + parameter.Name
	given, isGiven := find(call.Parameters, parameter)
	if !isGiven {
		if isOfGateway(document, parameter) {
			return nil
		}
		if parameter.Required || (call.Fill == "all" && !contains(call.Lacks, parameter.In+" "+parameter.Name)) {
			return []string{what + " is not sent"}
		}
		// The library takes an optional object with explode for an empty one if it is not there.
		return nil
	}
	if parameter.In == openapi3.ParameterInCookie {
		return checkInQuery(parameter, cookiesOf(input.Request), given.Value, input)
	}
	return checkGiven(parameter, input, given.Value, what)
}

// checkGiven validates a parameter, and compares it with a value.
func checkGiven(parameter *openapi3.Parameter, input *openapi3filter.RequestValidationInput, given any, what string) []string {
	eased := easeParameter(parameter)
	if err := openapi3filter.ValidateParameter(context.Background(), input, eased); err != nil {
		return []string{what + ": " + short(err)}
	}
	decoded, err := decode(eased, input)
	if err != nil {
		return []string{what + ": " + short(err)}
	}
	if !same(decoded, given) {
		return []string{fmt.Sprintf("%s: %v arrives instead of %v", what, decoded, given)}
	}
	return nil
}

func easeParameter(parameter *openapi3.Parameter) *openapi3.Parameter {
	eased := *parameter
	if eased.Schema == nil {
		return &eased
	}
	eased.Schema = ease(eased.Schema, 0)
	if eased.Style == openapi3.SerializationDeepObject {
		eased.Schema = indexed(eased.Schema)
		if !isNested(eased.Schema) {
			// OpenAPI does not say how deepObject writes a text. It has no brackets, as with form.
			eased.Style = openapi3.SerializationForm
		}
	}
	return &eased
}

// never is a value that no request has.
const never = "\x00never"

// decode has the library decode a parameter: no value is in the enum, so that the error has the value.
func decode(parameter *openapi3.Parameter, input *openapi3filter.RequestValidationInput) (any, error) {
	probe := *parameter
	probe.Content = nil
	for name, media := range parameter.Content {
		probe.Content = openapi3.Content{name: &openapi3.MediaType{Schema: impossible(media.Schema)}}
	}
	if parameter.Content == nil {
		probe.Schema = impossible(parameter.Schema)
	}
	plain := *input
	route := *input.Route
	route.Spec = &openapi3.T{OpenAPI: "3.0.3"}
	plain.Route = &route
	err := openapi3filter.ValidateParameter(context.Background(), &plain, &probe)
	var found *openapi3.SchemaError
	if errors.As(err, &found) && found.SchemaField == "enum" {
		return found.Value, nil
	}
	if err == nil {
		return nil, errors.New("nothing arrives")
	}
	return nil, err
}

func impossible(reference *openapi3.SchemaRef) *openapi3.SchemaRef {
	schema := openapi3.Schema{}
	if reference != nil {
		schema = *reference.Value
	}
	schema.Enum = []any{never}
	return &openapi3.SchemaRef{Value: &schema}
}

func find(all []Given, parameter *openapi3.Parameter) (Given, bool) {
	for _, given := range all {
		isHeader := parameter.In == openapi3.ParameterInHeader
		if given.In == parameter.In && (given.Name == parameter.Name || isHeader && strings.EqualFold(given.Name, parameter.Name)) {
			return given, true
		}
	}
	return Given{}, false
}

// isOfGateway says whether a parameter is no kwarg: the gateway sets it, or the credential of the service
// does.
func isOfGateway(document *openapi3.T, parameter *openapi3.Parameter) bool {
	if parameter.In == openapi3.ParameterInHeader {
		switch http.CanonicalHeaderKey(parameter.Name) {
		case "Accept", "Content-Type", "Authorization", "Host", "User-Agent", "Content-Length", "Accept-Encoding", "Connection":
			return true
		}
	}
	if document.Components == nil {
		return false
	}
	for _, scheme := range document.Components.SecuritySchemes {
		if scheme.Value.In == parameter.In && strings.EqualFold(scheme.Value.Name, parameter.Name) {
			return true
		}
	}
	return false
}

func contains(all []string, one string) bool {
	for _, each := range all {
		if each == one {
			return true
		}
	}
	return false
}

// short is an error without the schema and the value, which are long.
func short(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		return text[:300]
	}
	return text
}
