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

    Task<Result> RunAsync(OperationRun run, CancellationToken ct);
}
