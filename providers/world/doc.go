// Package world lets the real engine live with the real adapters over the
// imitated services for simulated weeks. TEST ONLY.
//
// Where engine/sim has imagined accounts, here every request is made, so that
// what an adapter reads and writes is held against what a person did at the
// other services. Time is a synctest bubble's. place_test.go is what a service
// is to a person, life_test.go what happens, judge_test.go what must hold at the
// end, and control_test.go shows that the judge sees what does not. The files in
// testdata are single cases in plain words; scenario_test.go reads them.
package world
