using Pioneer.Domain;
using Pioneer.Domain.Operations;

namespace Pioneer.Jobs.Operations;

/// <summary>
/// Does the work of one or more kinds of operations. Runs again after any interruption, so it must find out what is left rather than remember.
/// An error of kind <see cref="ErrorKind.Unavailable"/> means 'later': the operation is queued again with back-off; any other ends it.
/// </summary>
public interface IOperationHandler
{
    IReadOnlyCollection<OperationKind> Kinds { get; }

    /// <summary>
    /// True when an operation that was cancelled may have left something to put back: it is then run all the same, finds the wish to cancel itself,
    /// and ends with <see cref="OperationCancelledException"/>.
    /// </summary>
    bool PutsBack => false;

    Task<Result> RunAsync(OperationRun run, CancellationToken ct);
}
