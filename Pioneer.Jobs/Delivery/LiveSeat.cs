namespace Pioneer.Jobs.Delivery;

/// <summary>What a seat has to say.</summary>
internal enum LiveTake
{
    /// <summary>An event.</summary>
    Taken,

    /// <summary>Nothing is new.</summary>
    Nothing,

    /// <summary>What comes next is no longer here: it is to be read from the topic.</summary>
    Overtaken,
}

/// <summary>One stream's place among the events that its topic's shared reader has read.</summary>
internal sealed class LiveSeat(RecentEvents events, OffsetVector position) : IDisposable
{
    /// <summary>Where the stream is.</summary>
    public OffsetVector Position { get; private set; } = position;

    /// <summary>Number of the next event to take; belongs to <see cref="RecentEvents"/> and its lock.</summary>
    internal long Cursor { get; set; }

    /// <summary>Whether the writer waits a moment before it overwrites what this stream has not taken; as <see cref="Cursor"/>.</summary>
    internal bool MayHoldUp { get; set; }

    public void Dispose() => events.Leave(this);

    /// <summary>The next event that is new to this stream, with the stream's own position. Throws what ended the shared reader.</summary>
    public LiveTake Take(out DeliveryEvent? happened)
    {
        while (true)
        {
            var taken = events.Take(this, out happened);
            if (taken is not LiveTake.Taken || IsNew(happened!, out var wasCut))
            {
                happened = happened is null ? null : happened with { Position = Position };
                return taken;
            }

            if (wasCut)
            {
                happened = null;
                return LiveTake.Overtaken;
            }
        }
    }

    /// <summary>Ends when there may be something to take.</summary>
    public Task MoreAsync() => events.MoreAsync(this);

    /// <param name="happened">Of the shared reader, which may be behind this stream.</param>
    /// <param name="wasCut">Whether it stands before the stream's place, and a later leader wrote it than what stood there: the log was cut, unseen by the shared reader.</param>
    private bool IsNew(DeliveryEvent happened, out bool wasCut)
    {
        wasCut = false;
        if (happened.Kind is DeliveryEventKind.Heartbeat)
        {
            return true;
        }

        var partition = happened.Partition;
        int? epoch = happened.Position.Epochs.TryGetValue(partition, out var leader) ? leader : null;
        if (Position.Next.TryGetValue(partition, out var next) && happened.Offset < next)
        {
            wasCut = Position.Epochs.TryGetValue(partition, out var reached) && epoch > reached;
            return false;
        }

        Position = Position.After(partition, happened.Offset, epoch);
        return true;
    }
}
