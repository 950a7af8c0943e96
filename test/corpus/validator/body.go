package main

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkBody validates the body of a request, and compares it with what the caller gave.
func checkBody(operation *openapi3.Operation, input *openapi3filter.RequestValidationInput, call Call) []string {
	if operation.RequestBody == nil {
		if len(call.Request.Body) > 0 {
			return []string{"the operation has no body, but one arrives"}
		}
		return nil
	}
	body := operation.RequestBody.Value
	if call.Body == nil {
		if body.Required {
			return []string{"the body is not sent"}
		}
		return nil
	}
	if !body.Required && isNothing(call.Body) && len(call.Request.Body) == 0 {
		return nil
	}
	contentType := input.Request.Header.Get("Content-Type")
	media := body.Content.Get(contentType)
	if media == nil {
		return []string{"the document has no body with the media type " + contentType}
	}
	mediaType := strings.ToLower(strings.TrimSpace(strings.Split(contentType, ";")[0]))
	if !isStructured(mediaType) {
		if string(call.Request.Body) != fmt.Sprint(call.Body) {
			return []string{"another body arrives than was given"}
		}
		return nil
	}
	if mediaType == "multipart/form-data" && hasStyles(media) || isForm(mediaType) && isStyledForm(media) {
		return checkStyledFields(media, input, call)
	}
	eased := easeBody(contentType, mediaType, media)
	if err := openapi3filter.ValidateRequestBody(context.Background(), input, eased); err != nil {
		return []string{"the body: " + short(err)}
	}
	validated, ok := input.Request.Body.(interface{ ValidatedValue() any })
	if !ok {
		return []string{"no body arrives"}
	}
	defer input.Request.Body.(io.Closer).Close()
	value := validated.ValidatedValue()
	if !same(value, call.Body) {
		return []string{fmt.Sprintf("another body arrives than was given: %v", difference(value, call.Body))}
	}
	return missingFields(media, call)
}

// isStructured says whether the library decodes a media type into fields.
func isStructured(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") || isForm(mediaType)
}

func isForm(mediaType string) bool {
	return mediaType == "application/x-www-form-urlencoded" || mediaType == "multipart/form-data"
}

// easeBody is a body whose schema the library can decode. JSON needs no schema for that.
func easeBody(contentType, mediaType string, media *openapi3.MediaType) *openapi3.RequestBody {
	eased := *media
	if media.Schema == nil {
		eased.Schema = &openapi3.SchemaRef{Value: &openapi3.Schema{}}
	}
	if !isForm(mediaType) {
		// A discriminator must not change whether a value is valid (OpenAPI 3.1.1 section 4.8.25), but in the
		// library it does.
		schema := *eased.Schema.Value
		schema.Discriminator = nil
		eased.Schema = &openapi3.SchemaRef{Value: &schema}
		return &openapi3.RequestBody{Content: openapi3.Content{contentType: &eased}}
	}
	schema := *ease(eased.Schema, 0).Value
	schema.Type = &openapi3.Types{"object"}
	eased.Encoding = map[string]*openapi3.Encoding{}
	properties := openapi3.Schemas{}
	for name, property := range schema.Properties {
		properties[name] = property
		encoding := media.Encoding[name]
		if encoding != nil && encoding.Style == openapi3.SerializationDeepObject {
			properties[name] = indexed(property)
			if !isNested(properties[name]) {
				continue
			}
		}
		if encoding != nil {
			eased.Encoding[name] = encoding
		}
	}
	schema.Properties = properties
	eased.Schema = &openapi3.SchemaRef{Value: &schema}
	return &openapi3.RequestBody{Content: openapi3.Content{contentType: &eased}}
}

// missingFields are the fields that the document has at the top of a body, and the example has not.
func missingFields(media *openapi3.MediaType, call Call) []string {
	given, isObject := call.Body.(map[string]any)
	if call.Fill != "all" || media.Schema == nil || !isObject || contains(call.Lacks, "body") {
		return nil
	}
	schema := media.Schema.Value
	if len(schema.OneOf)+len(schema.AnyOf) > 0 || schema.MaxProps != nil {
		return nil
	}
	var missing []string
	for name, property := range schema.Properties {
		if _, ok := given[name]; !ok && !isReadOnly(property.Value) {
			missing = append(missing, "the field "+name+" of the body is not sent")
		}
	}
	sort.Strings(missing)
	return missing
}

// isReadOnly says whether a field is readOnly, itself or by a part of its allOf.
func isReadOnly(schema *openapi3.Schema) bool {
	for _, part := range schema.AllOf {
		if part.Value.ReadOnly {
			return true
		}
	}
	return schema.ReadOnly
}
