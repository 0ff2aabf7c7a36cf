using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Operations;

/// <summary>An operation with what a person may read of its failure.</summary>
public sealed class ShownOperation
{
    public required Operation Row { get; init; }

    public string? Error { get; init; }
}

/// <summary>A journal row with what a person may read of its change and its failure.</summary>
public sealed class ShownStep
{
    public required OperationStep Row { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    public string? Error { get; init; }
}

/// <summary>Keeps <see cref="ConnectorDetails"/> from a tenant's people, in the database: whoever shows operations or their journal reads them by this.</summary>
public static class ShownOperations
{
    /// <summary>To be narrowed and ordered before. An operation whose own error is, or repeats, Connect's words has them withheld.</summary>
    public static IQueryable<ShownOperation> ShownTo(this IQueryable<Operation> operations, Actor actor)
    {
        var all = ConnectorDetails.AreShownTo(actor);
        return operations.Select(row => new ShownOperation
        {
            Row = row,
            Error = all || row.Error == null
                || (row.Kind != OperationKind.RestartConnector && row.Kind != OperationKind.RunBatch
                    && !row.Steps.Any(step => step.ResourceType == ConnectorDetails.ResourceType && step.Error != null))
                ? row.Error
                : ConnectorDetails.FailureWithheld,
        });
    }

    /// <summary>To be narrowed and ordered before.</summary>
    public static IQueryable<ShownStep> ShownTo(this IQueryable<OperationStep> steps, Actor actor)
    {
        var all = ConnectorDetails.AreShownTo(actor);
        return steps.Select(row => new ShownStep
        {
            Row = row,
            Before = all || row.ResourceType != ConnectorDetails.ResourceType ? row.Before : null,
            After = all || row.ResourceType != ConnectorDetails.ResourceType ? row.After : null,
            Error = all || row.ResourceType != ConnectorDetails.ResourceType || row.Error == null ? row.Error : ConnectorDetails.FailureWithheld,
        });
    }
}
