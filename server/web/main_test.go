package web

import (
	"os"
	"testing"

	"github.com/seed-1feef0b2/holdfast/server/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
