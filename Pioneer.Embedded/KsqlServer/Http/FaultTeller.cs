using Pioneer.Embedded.Ksql.Queries;

namespace Pioneer.Embedded.Ksql.Http;

/// <summary>Tells a client that asked for it what its query left out: before each row and each second, where there is more, and at the end.</summary>
internal sealed class FaultTeller(RowStream rows, QueryFaults faults, bool isAsked)
{
    private (FaultCount Skipped, FaultCount FailedValues)? _told;

    /// <summary>Whether there may be something to tell while no row comes.</summary>
    public bool IsAsked => isAsked;

    /// <summary>Writes a line where something is new.</summary>
    public void Tell()
    {
        var now = (faults.Skipped, faults.FailedValues);
        if (isAsked && _told != now)
        {
            _told = now;
            rows.Faults(faults);
        }
    }

    /// <summary>Writes a line whether or not something is new: nothing comes after it that could change it.</summary>
    public void TellLast()
    {
        _told = null;
        Tell();
    }
}
