using Pioneer.Embedded.Connect.Data;
using Pioneer.Sources;

namespace Pioneer.Embedded.Connect.Jdbc;

/// <summary>
/// How far one table or query has been read, and which of the rows that are read again were handed out before. A position never lies beyond a row that was
/// not handed out; whoever goes on from it may read rows again, and loses none.
/// </summary>
internal abstract class JdbcProgress
{
    /// <summary>
    /// How long rows are read again after their time, or after the last new number: a transaction that commits within that time, later than ones that began
    /// after it, loses nothing.
    /// </summary>
    public static readonly TimeSpan LateWindow = TimeSpan.FromSeconds(5);

    /// <summary>Where the next poll begins.</summary>
    public abstract JdbcOffset Offset { get; protected set; }

    /// <summary>The position after the last row that was handed out, as it is kept; null where positions mean nothing.</summary>
    public abstract string? Reached { get; }

    /// <summary>The largest time and number that were seen, of known rows too: ahead of <see cref="Offset"/>, which leaves room for rows that come late.</summary>
    public abstract JdbcOffset Newest { get; }

    /// <summary>For each mode its own.</summary>
    public static JdbcProgress Of(JdbcSourceSettings settings, JdbcOffset offset, TimeProvider time) => settings switch
    {
        { UsesTimestamp: true } => new TimeProgress(settings, offset),
        { UsesIncrementing: true } => new NumberProgress(settings, offset, time),
        _ => new NoProgress(),
    };

    /// <summary>A poll begins, which sees rows up to a time, where time counts.</summary>
    public virtual void Begin(SourceInstant? end)
    {
    }

    /// <summary>Takes the next row of the poll; false for one that was handed out before.</summary>
    public abstract bool Take(ConnectStruct row);

    /// <summary>The poll has read its last row.</summary>
    public virtual void Complete()
    {
    }

    /// <summary>Everything is read each time.</summary>
    private sealed class NoProgress : JdbcProgress
    {
        public override JdbcOffset Offset { get; protected set; } = JdbcOffset.Start;

        public override string? Reached => null;

        public override JdbcOffset Newest => JdbcOffset.Start;

        public override bool Take(ConnectStruct row) => true;
    }
}
