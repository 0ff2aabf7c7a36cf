namespace Pioneer.Domain;

/// <summary>
/// An entity that two people may edit at once. <see cref="Revision"/> is raised by the DbContext on every update and checked by the
/// database, the same way on SQLite and SQL Server; it is also the ETag of the API.
/// </summary>
public interface IRevisioned
{
    long Revision { get; set; }
}

/// <summary>
/// On a property that only says what was found, such as the count of drift: writing it alone raises no revision, so that a comparison on the
/// schedule does not refuse the change of somebody who is editing.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ObservedAttribute : Attribute;
