package main

import (
	"fmt"
	"strconv"
)

// same compares a decoded value with one from JSON. A URL or a form has no numbers, no booleans, no
// empty lists and no empty objects.
func same(decoded, given any) bool {
	return difference(decoded, given) == ""
}

// difference is the first place at which two values differ, or "".
func difference(decoded, given any) string {
	switch given := given.(type) {
	case map[string]any:
		found, ok := decoded.(map[string]any)
		if !ok {
			return notTheSame(decoded, given)
		}
		for name, value := range given {
			if isNothing(value) && found[name] == nil {
				continue
			}
			if inner := difference(found[name], value); inner != "" {
				return name + "/" + inner
			}
		}
		return ""
	case []any:
		if byIndex, ok := decoded.(map[string]any); ok && len(byIndex) == len(given) {
			for index, value := range given {
				if inner := difference(byIndex[strconv.Itoa(index)], value); inner != "" {
					return inner
				}
			}
			return ""
		}
		found, ok := decoded.([]any)
		if !ok || len(found) != len(given) {
			return notTheSame(decoded, given)
		}
		for index, value := range given {
			if inner := difference(found[index], value); inner != "" {
				return strconv.Itoa(index) + "/" + inner
			}
		}
		return ""
	default:
		if text(decoded) != text(given) {
			return notTheSame(decoded, given)
		}
		return ""
	}
}

func isNothing(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		for _, each := range value {
			if !isNothing(each) {
				return false
			}
		}
		return true
	case map[string]any:
		for _, each := range value {
			if !isNothing(each) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

func text(value any) string {
	switch value := value.(type) {
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(value), 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}

func notTheSame(decoded, given any) string {
	return fmt.Sprintf(": %v instead of %v", decoded, given)
}
