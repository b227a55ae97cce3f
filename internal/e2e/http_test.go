package e2e

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// get fetches a page.
func get(url string) ([]byte, int, error) {
	c := http.Client{Timeout: 5 * time.Second}
	r, err := c.Get(url)
	if err != nil {
		return nil, 0, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d", url, r.StatusCode)
	}
	return body, r.StatusCode, err
}
