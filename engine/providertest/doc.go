// Package providertest is for tests only. It has two halves.
//
// Memory is an account at an imagined service: a truth of its own, persons who
// act on it at any time, and weather that delays, cuts, denies and forges what
// the engine gets to see. Profiles imitate the real services as their fact
// sheets describe them. Start with New, then Memory.Provider, Memory.Person,
// Memory.Weather and Memory.Truth.
//
// Run is the conformance suite that every adapter passes, driven by a Harness
// over an imitation of its service. Every check is a function that returns an
// error and comes with a negative control: a bent provider that breaks just
// that promise.
//
// The package decides nothing about synchronising and imports only media and
// provider, so that it can bear witness against the engine. Nothing here reads
// a clock or draws unseeded chance. Read engine/provider for the contract.
package providertest
