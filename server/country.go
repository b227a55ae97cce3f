package server

import "slices"

// CountrySends counts the codes that were sent to phones of a country in an hour
// (since 1970), and those of them that were typed. Part is "owners" for codes that
// a computer asked for that was once active, over a confirmed phone, "judged" for
// those of them by which the country is judged, and "others".
type CountrySends struct {
	Country  string
	Part     string
	Hour     int64
	Sent     int
	Verified int
}

const (
	partOwners = "owners"
	partJudged = "judged"
	partOthers = "others"
	hour       = int64(60 * 60)
	hoursOfDay = 24
)

// countryStopped gives until when no code goes to a country: its daily budget is
// used up (others than owners may use half of it), or too few of the codes that
// went there were typed, as when somebody is paid for the messages. Owners and
// others are told apart, so that no stranger can stop an owner's codes; of what
// owners do only a share counts for each (see judged).
func (w *work) countryStopped(own bool, country string) (int64, error) {
	rows, err := w.tx.CountrySends(country, w.now/hour-hoursOfDay+1)
	if err != nil {
		return 0, err
	}
	part := partOthers
	if own {
		part = partJudged
	}
	all := func(c CountrySends) bool { return c.Part != partJudged } // the owners' once more
	mine := func(c CountrySends) bool { return c.Part == part }
	until := reopens(rows, all, func(sent, _ int) bool { return sent >= w.limits.CountrySendsDay })
	if !own {
		until = max(until, reopens(rows, mine, func(sent, _ int) bool { return sent >= half(w.limits.CountrySendsDay) }))
	}
	broken := func(sent, verified int) bool {
		return sent >= w.limits.CountryJudgedFrom && 100*verified < w.limits.CountryTyped*sent
	}
	return max(until, reopens(rows, mine, broken)), nil
}

// reopens gives when a condition on the sums of the last 24 hours will no longer
// hold, by the passing of time alone; zero where it does not hold now.
func reopens(rows []CountrySends, counts func(CountrySends) bool, stopped func(sent, verified int) bool) int64 {
	rows = slices.DeleteFunc(slices.Clone(rows), func(c CountrySends) bool { return !counts(c) })
	var until int64
	for {
		sent, verified := 0, 0
		for _, c := range rows {
			sent, verified = sent+c.Sent, verified+c.Verified
		}
		if !stopped(sent, verified) || len(rows) == 0 {
			return until
		}
		first := rows[0].Hour
		until = (first + hoursOfDay) * hour
		rows = slices.DeleteFunc(rows, func(c CountrySends) bool { return c.Hour == first })
	}
}

// untyped is the share of one owner in what his country is judged by: one code in
// 24 hours that was not typed, of an account and of a phone. So it takes as many
// accounts and as many phones as codes to stop a country for its owners.
var untyped = share{"untyped phone code of", day}

// sentTo counts a code that was sent to a phone.
func (w *work) sentTo(sc scene, v way) error {
	if !owns(sc, v) {
		return w.countCountry(partOthers, v, 1, 0)
	}
	if err := w.countCountry(partOwners, v, 1, 0); err != nil {
		return err
	}
	first, err := w.takeShare(untyped, sc, v)
	if err != nil || !first {
		return err
	}
	return w.countCountry(partJudged, v, 1, 0)
}

// typedFrom counts a code that was sent to a phone and typed. An owner's counts where
// one of his was waiting for it.
func (w *work) typedFrom(sc scene, v way) error {
	if !owns(sc, v) {
		return w.countCountry(partOthers, v, 0, 1)
	}
	waited, err := w.freeShare(untyped, sc, v)
	if err != nil || !waited {
		return err
	}
	return w.countCountry(partJudged, v, 0, 1)
}

func (w *work) countCountry(part string, v way, sent, verified int) error {
	return w.tx.AddCountrySends(CountrySends{
		Country: v.number.country, Part: part, Hour: w.now / hour, Sent: sent, Verified: verified,
	})
}

// The countries that a source had codes sent to are counted by two counters: one
// for each country, and one that counts those that were new.
const (
	countryOf   = "phone country from"
	countriesOf = "phone countries from"
)

// peekCountry gives until when a source may not have codes sent to one more
// country.
func (w *work) peekCountry(country string) (int64, error) {
	from := source(w.c.IP)
	again, err := w.peek(countryOf, from+" "+country, rule{1, day})
	if err != nil || again > w.now {
		return 0, err
	}
	return w.peek(countriesOf, from, rule{w.limits.CountriesPerSource, day})
}

func (w *work) takeCountry(country string) error {
	from := source(w.c.IP)
	again, err := w.take(countryOf, from+" "+country, rule{1, day})
	if err != nil || again > w.now {
		return err
	}
	_, err = w.take(countriesOf, from, rule{w.limits.CountriesPerSource, day})
	return err
}
