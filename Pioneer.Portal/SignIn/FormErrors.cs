using Microsoft.AspNetCore.Components.Forms;
using Pioneer.Domain;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Puts what is refused after a form was sent beside the field that it is about, as its own checks do: marked as invalid, and described by the words.
/// </summary>
internal static class FormErrors
{
    /// <summary>Null once a field of the form shows the error; else the words, for the head of the form. Only for pages drawn once.</summary>
    public static string? Show(this EditContext form, Error error)
    {
        var field = form.Model.GetType().GetProperties()
            .FirstOrDefault(property => string.Equals(property.Name, error.Field, StringComparison.OrdinalIgnoreCase));
        if (field is null)
        {
            return error.ToText();
        }

        new ValidationMessageStore(form).Add(form.Field(field.Name), error.ToText());
        form.NotifyValidationStateChanged();
        return null;
    }
}
