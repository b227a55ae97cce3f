package recorded

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Files are NAME.txtar for a sample and NAME.VARIANT.txtar for a variant.
//
//go:embed samples/*.txtar
var samples embed.FS

// Names lists the samples.
func Names() []string {
	var out []string
	for _, f := range files() {
		if !strings.Contains(f, ".") {
			out = append(out, f)
		}
	}
	return out
}

// Variants lists the variants of a sample, sorted.
func Variants(name string) []string {
	var out []string
	for _, f := range files() {
		if base, variant, ok := strings.Cut(f, "."); ok && base == name {
			out = append(out, variant)
		}
	}
	return out
}

func files() []string {
	list, err := samples.ReadDir("samples")
	if err != nil {
		panic(err) // embedded: it is there or the program was not built
	}
	var out []string
	for _, f := range list {
		out = append(out, strings.TrimSuffix(f.Name(), ".txtar"))
	}
	slices.Sort(out)
	return out
}

// Sample gives the packed form of a sample, or of a variant's overlay under the
// name "SAMPLE.VARIANT".
func Sample(name string) ([]byte, error) {
	if !slices.Contains(files(), name) {
		return nil, fmt.Errorf("recorded computer: no sample %q", name)
	}
	return samples.ReadFile(path.Join("samples", name+".txtar"))
}

// UnpackVariant makes the directory of a sample with a variant laid over it;
// the variant "" is the sample itself. On a directory that holds an earlier
// unpacking of the same sample it makes a mixture: use a new one.
func UnpackVariant(name, variant, dir string) error {
	b, err := Sample(name)
	if err != nil {
		return err
	}
	if err := Unpack(b, dir); err != nil || variant == "" {
		return err
	}
	over, err := Sample(name + "." + variant)
	if err != nil {
		return err
	}
	return Unpack(over, dir)
}
