package proctest

import "sync"

// Crew runs jobs 0 to n-1, so many at once, and waits for all of them.
func Crew(n, atOnce int, job func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, atOnce) {
		wg.Go(func() {
			for i := range next {
				job(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
