namespace Pioneer.Portal.SignIn;

/// <summary>
/// Makes whoever guesses wait, longer with each wrong answer, and never locks an account: a lock could be turned by anybody against the only admin. Counted
/// are an e-mail from one address, an address whatever it names, and an e-mail whatever address asks; the last does not hold for a browser that this
/// e-mail signed in with before. Who has to wait is answered before any password is looked at.
/// </summary>
/// <remarks>Counted in this process, and for e-mails without an account as for others. A try counts as wrong until it turns out right, so that many at once wait too.</remarks>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int MaxCounters = 100_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);

    private static readonly Rule Pair = new(Free: 4, Longest: TimeSpan.FromMinutes(5));
    private static readonly Rule Address = new(Free: 15, Longest: TimeSpan.FromMinutes(1));
    private static readonly Rule Account = new(Free: 20, Longest: TimeSpan.FromSeconds(30));

    private readonly Dictionary<string, Counter> _counters = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Lets a try through (null), or says how long to wait.</summary>
    public TimeSpan? Begin(string email, string address, bool isKnownBrowser)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            Tidy(now);
            var counted = Counted(email, address, isKnownBrowser).ToList();
            var wait = counted.Max(entry => _counters.TryGetValue(entry.Key, out var counter) ? counter.Until - now : TimeSpan.Zero);
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            foreach (var (key, rule) in counted)
            {
                var before = _counters.GetValueOrDefault(key);
                var wrong = (before is null || now - before.At > Forgotten ? 0 : before.Wrong) + 1;
                _counters[key] = new Counter(wrong, now + rule.WaitAfter(wrong), now);
            }

            return null;
        }
    }

    /// <summary>The try was right: it does not count against anybody.</summary>
    public void Succeeded(string email, string address, bool isKnownBrowser)
    {
        lock (_lock)
        {
            foreach (var (key, rule) in Counted(email, address, isKnownBrowser))
            {
                if (_counters.TryGetValue(key, out var counter))
                {
                    // the pair begins anew; what others did from the same address or to the same e-mail stays
                    _counters[key] = rule == Pair ? new Counter(0, default, counter.At) : counter with { Wrong = Math.Max(0, counter.Wrong - 1), Until = default };
                }
            }
        }
    }

    private static IEnumerable<(string Key, Rule Rule)> Counted(string email, string address, bool isKnownBrowser)
    {
        var normal = email.Trim().ToUpperInvariant();
        yield return ($"{normal}\n{address}", Pair);
        yield return ($"\n{address}", Address);
        if (!isKnownBrowser)
        {
            yield return ($"{normal}\n", Account);
        }
    }

    private void Tidy(DateTimeOffset now)
    {
        if (_counters.Count < MaxCounters)
        {
            return;
        }

        foreach (var key in _counters.Where(pair => now - pair.Value.At > Forgotten || pair.Value.Wrong == 0).Select(pair => pair.Key).ToList())
        {
            _counters.Remove(key);
        }

        foreach (var key in _counters.OrderBy(pair => pair.Value.At).Take(_counters.Count - (MaxCounters / 2)).Select(pair => pair.Key).ToList())
        {
            _counters.Remove(key);
        }
    }

    private sealed record Counter(int Wrong, DateTimeOffset Until, DateTimeOffset At);

    /// <summary>So many tries are free; then a second, two, four and so on.</summary>
    private sealed record Rule(int Free, TimeSpan Longest)
    {
        private const int MaxDoublings = 20;

        public TimeSpan WaitAfter(int wrong) => wrong <= Free
            ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(wrong - Free - 1, MaxDoublings))));
    }
}
