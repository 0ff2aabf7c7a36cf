using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Statements;

/// <summary>CREATE TYPE and DROP TYPE.</summary>
internal sealed class TypeRegistration(StatementScope scope)
{
    /// <summary>Carries one of the two out.</summary>
    public StatementOutcome Run(Statement statement) => statement is CreateType create ? Create(create) : Drop((DropType)statement);

    private StatementOutcome Create(CreateType create)
    {
        var (name, types) = (create.Name.Text, scope.Before.Types);
        if (TypeResolver.Resolve(create.Type, types.GetValueOrDefault, out var problem) is not { } type)
        {
            return scope.Refuse(problem!.Value.Message, DiagnosticStage.Building);
        }

        if (types.GetValueOrDefault(name) is { } existing)
        {
            return create.IfNotExists
                ? scope.Nothing($"{name} is already registered with type {existing}")
                : scope.Refuse($"Cannot register custom type '{name}' since it is already registered with type: {existing}");
        }

        return new StatementOutcome
        {
            After = scope.Before with { Types = types.Add(name, type) },
            Message = $"Registered custom type with name '{name}' and SQL type {type}",
        };
    }

    private StatementOutcome Drop(DropType drop)
    {
        var name = drop.Name.Text;
        if (scope.Before.Types.ContainsKey(name))
        {
            return new StatementOutcome
            {
                After = scope.Before with { Types = scope.Before.Types.Remove(name) },
                Message = $"Dropped type '{name}'",
            };
        }

        return drop.IfExists ? scope.Nothing($"Type '{name}' does not exist") : scope.Refuse($"Type {name} does not exist.");
    }
}
