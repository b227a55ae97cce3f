package fleetsim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-1feef0b2/holdfast/fingerprint"
	"github.com/seed-1feef0b2/holdfast/fingerprint/recorded"
)

// Base is a recorded computer as the reader sees it.
type Base struct {
	Name     string
	Platform string
	Snapshot fingerprint.Snapshot
	// Quiet are the recorded variants that read exactly like the computer itself.
	Quiet []string
	// Variants are all that were recorded of it.
	Variants []string
	// Borrowed is true where no computer of this platform was recorded, and one of
	// another platform lent its components.
	Borrowed bool
}

// readTime bounds the reading of one recorded computer.
const readTime = time.Minute

// Bases reads the recorded computers that a fleet starts from, by name. The
// directory is for unpacking; it must be empty.
func Bases(in Input, dir string) (map[string]Base, error) {
	out := map[string]Base{}
	for _, s := range in.Fleet {
		if _, ok := out[s.Base]; ok {
			continue
		}
		name, borrowed := s.Base, false
		if !slices.Contains(recorded.Names(), name) {
			_, name, _ = strings.Cut(name, "-")
			borrowed = true
		}
		b, err := readBase(name, filepath.Join(dir, s.Base))
		if err != nil {
			return nil, fmt.Errorf("recorded computer %s: %w", s.Base, err)
		}
		b.Name, b.Borrowed = s.Base, borrowed
		if borrowed {
			b.Platform, b.Snapshot.Platform = s.Platform, s.Platform
		}
		if b.Platform != s.Platform {
			return nil, fmt.Errorf("recorded computer %s is of %s, not of %s", s.Base, b.Platform, s.Platform)
		}
		out[s.Base] = b
	}
	return out, nil
}

func readBase(name, dir string) (Base, error) {
	s, err := readVariant(name, "", dir)
	if err != nil {
		return Base{}, err
	}
	b := Base{Name: name, Platform: s.Platform, Snapshot: s}
	same := s.Canonical()
	b.Variants = recorded.Variants(name)
	for _, v := range b.Variants {
		other, err := readVariant(name, v, dir)
		if err != nil {
			return Base{}, err
		}
		if slices.Equal(same, other.Canonical()) {
			b.Quiet = append(b.Quiet, v)
		}
	}
	return b, nil
}

func readVariant(name, variant, dir string) (fingerprint.Snapshot, error) {
	at := filepath.Join(dir, "as-"+variant)
	defer os.RemoveAll(at)
	if err := recorded.UnpackVariant(name, variant, at); err != nil {
		return fingerprint.Snapshot{}, err
	}
	src, err := recorded.Open(at, "")
	if err != nil {
		return fingerprint.Snapshot{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	s, err := fingerprint.Read(ctx, src)
	if err == nil && s.Partial {
		err = fmt.Errorf("variant %q was not read to the end", variant)
	}
	return s, err
}
