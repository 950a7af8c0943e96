package main

import "github.com/getkin/kin-openapi/openapi3"

// maxDepth is deeper than any value in a URL or a form.
const maxDepth = 6

// ease writes a schema in another way that means the same, so that the library can decode the texts of
// a URL or a form with it. It does not look into all forms of a schema for its type.
func ease(reference *openapi3.SchemaRef, depth int) *openapi3.SchemaRef {
	if reference == nil || reference.Value == nil || depth > maxDepth {
		return reference
	}
	schema := *reference.Value
	each := func(references openapi3.SchemaRefs) openapi3.SchemaRefs {
		var eased openapi3.SchemaRefs
		for _, reference := range references {
			eased = append(eased, ease(reference, depth+1))
		}
		return eased
	}
	// In a URL or a form there is no null.
	schema.Type = withoutNull(schema.Type)
	schema.AllOf = each(meaningful(schema.AllOf))
	schema.AnyOf, schema.OneOf = each(possible(schema.AnyOf)), each(possible(schema.OneOf))
	if len(schema.AllOf) == 1 && isBare(&schema) {
		return schema.AllOf[0]
	}
	schema.Items = ease(schema.Items, depth+1)
	schema.Properties = openapi3.Schemas{}
	for name, property := range reference.Value.Properties {
		schema.Properties[name] = ease(property, depth+1)
	}
	for _, name := range schema.Required {
		if _, ok := schema.Properties[name]; !ok && schema.Type.Is("object") {
			schema.Properties[name] = &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}}}
		}
	}
	easeChoice(&schema)
	if schema.Type == nil && isEmpty(&schema) {
		schema.Type = &openapi3.Types{"string"}
	}
	return &openapi3.SchemaRef{Value: &schema}
}

// indexed is the schema of an object with the items of a list: the library reads lists of deepObject
// only within objects, by their indexes.
func indexed(reference *openapi3.SchemaRef) *openapi3.SchemaRef {
	schema := *reference.Value
	for _, choice := range []*openapi3.SchemaRefs{&schema.AnyOf, &schema.OneOf} {
		var branches openapi3.SchemaRefs
		for _, branch := range *choice {
			branches = append(branches, indexed(branch))
		}
		*choice = branches
	}
	if schema.Type.Is("array") {
		return &openapi3.SchemaRef{Value: &openapi3.Schema{
			Type:                 &openapi3.Types{"object"},
			AdditionalProperties: openapi3.AdditionalProperties{Schema: schema.Items},
		}}
	}
	return &openapi3.SchemaRef{Value: &schema}
}

// isNested says whether a schema allows objects.
func isNested(reference *openapi3.SchemaRef) bool {
	schema := reference.Value
	for _, choice := range []openapi3.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf} {
		for _, branch := range choice {
			if isNested(branch) {
				return true
			}
		}
	}
	return schema.Type.Is("object")
}

func withoutNull(types *openapi3.Types) *openapi3.Types {
	var kept openapi3.Types
	for _, name := range types.Slice() {
		if name != "null" {
			kept = append(kept, name)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return &kept
}

// meaningful drops the parts of an allOf that allow everything, such as one with a description.
func meaningful(references openapi3.SchemaRefs) openapi3.SchemaRefs {
	var kept openapi3.SchemaRefs
	for _, reference := range references {
		if reference.Value.Type != nil || !isEmpty(reference.Value) {
			kept = append(kept, reference)
		}
	}
	return kept
}

// possible drops the branches that allow only null.
func possible(references openapi3.SchemaRefs) openapi3.SchemaRefs {
	var kept openapi3.SchemaRefs
	for _, reference := range references {
		if !reference.Value.Type.Is("null") {
			kept = append(kept, reference)
		}
	}
	return kept
}

// isEmpty says whether a schema without a type allows everything.
func isEmpty(schema *openapi3.Schema) bool {
	return len(schema.AllOf) == 0 && isBare(schema)
}

// isBare is isEmpty without allOf.
func isBare(schema *openapi3.Schema) bool {
	return schema.Type == nil && len(schema.OneOf)+len(schema.AnyOf)+len(schema.Enum)+len(schema.Required) == 0 &&
		schema.Const == nil && schema.Not == nil && schema.Items == nil && len(schema.Properties) == 0 &&
		schema.Min == nil && schema.Max == nil && schema.Pattern == "" && schema.MinLength == 0 &&
		schema.MaxLength == nil && schema.MinItems == 0 && schema.MaxItems == nil && schema.Format == "" &&
		schema.AdditionalProperties.Schema == nil && schema.AdditionalProperties.Has == nil
}

// easeChoice gives a schema the type that all of its branches have, and turns branches that are
// constants into an enum.
func easeChoice(schema *openapi3.Schema) {
	for _, choice := range []*openapi3.SchemaRefs{&schema.OneOf, &schema.AnyOf} {
		if len(*choice) == 0 {
			continue
		}
		var constants []any
		shared := (*choice)[0].Value.Type
		for _, branch := range *choice {
			if branch.Value.Const != nil {
				constants = append(constants, branch.Value.Const)
			}
			if !equalTypes(shared, branch.Value.Type) {
				shared = nil
			}
		}
		if len(constants) == len(*choice) {
			schema.Enum, *choice = constants, nil
		} else if schema.Type == nil && shared != nil && !shared.Is("object") && !shared.Is("array") {
			schema.Type = shared
		}
	}
}

func equalTypes(one, other *openapi3.Types) bool {
	if len(one.Slice()) != 1 || len(other.Slice()) != 1 {
		return false
	}
	return one.Slice()[0] == other.Slice()[0]
}
