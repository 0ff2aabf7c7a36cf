namespace Pioneer.Domain.Recovery;

/// <summary>One test of a verdict with its outcome and what it was read from (research/dr.md, section 1).</summary>
/// <param name="Number">Such as <c>T2</c>.</param>
/// <param name="Passed">Null when the evidence for it is missing.</param>
/// <param name="Evidence">The figures it rests on, in words.</param>
public sealed record VerdictTest(string Number, string Name, bool? Passed, string Evidence);

/// <summary>Offsets that were accepted and can no longer be read by those who had not received them.</summary>
public sealed record LostRange(string Topic, int Partition, long From, long To);

/// <summary>The verdict on one tenant after a disaster, with all that it rests on.</summary>
public sealed record TenantVerdict(
    string Tenant,
    Verdict Verdict,
    System.Collections.Immutable.ImmutableArray<VerdictTest> Tests,
    System.Collections.Immutable.ImmutableArray<LostRange> Lost,
    string Explanation);
