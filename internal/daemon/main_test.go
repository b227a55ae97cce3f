package daemon

import (
	"os"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

// TestMain stops the database server that tests started.
func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
